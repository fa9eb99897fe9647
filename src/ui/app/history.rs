//! The route history: back and forward, as in a browser.

use crate::ui::cx::Route;

/// Most routes that are kept.
const LONGEST: usize = 200;

/// The visited routes. One of them is always on screen.
pub struct History {
    before: Vec<Route>,
    now: Route,
    after: Vec<Route>,
}

impl Default for History {
    fn default() -> Self {
        Self { before: Vec::new(), now: Route::Dashboard, after: Vec::new() }
    }
}

impl History {
    /// The route on screen.
    pub const fn now(&self) -> &Route {
        &self.now
    }

    /// Goes to a route and drops the routes to go forward to.
    pub fn go(&mut self, route: Route) {
        if route == self.now {
            return;
        }
        let left = std::mem::replace(&mut self.now, route);
        self.before.push(left);
        if self.before.len() > LONGEST {
            self.before.remove(0);
        }
        self.after.clear();
    }

    /// Replaces the route on screen, so that Back does not return to it: for a form that is done.
    pub fn replace(&mut self, route: Route) {
        self.now = route;
        if self.before.last() == Some(&self.now) {
            self.before.pop();
        }
    }

    /// Goes back; returns `false` if there is nothing to go back to.
    pub fn back(&mut self) -> bool {
        let Some(route) = self.before.pop() else { return false };
        self.after.push(std::mem::replace(&mut self.now, route));
        true
    }

    /// Goes forward; returns `false` if there is nothing to go forward to.
    pub fn forward(&mut self) -> bool {
        let Some(route) = self.after.pop() else { return false };
        self.before.push(std::mem::replace(&mut self.now, route));
        true
    }

    /// Whether Back is possible.
    pub fn can_go_back(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether Forward is possible.
    pub fn can_go_forward(&self) -> bool {
        !self.after.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;

    #[test]
    fn back_and_forward_work_and_a_new_route_drops_the_forward_routes() {
        let mut history = History::default();
        history.go(Route::List(Kind::Feedback));
        history.go(Route::People);
        assert!(history.back() && history.back() && !history.back());
        assert_eq!(history.now(), &Route::Dashboard);
        assert!(history.forward());
        assert_eq!(history.now(), &Route::List(Kind::Feedback));
        history.go(Route::Settings);
        assert!(!history.can_go_forward());
    }

    #[test]
    fn back_does_not_return_to_a_form_that_is_done() {
        let mut history = History::default();
        history.go(Route::List(Kind::Feedback));
        history.go(Route::New(Kind::Feedback));
        history.replace(Route::List(Kind::Feedback));
        assert!(history.back());
        assert_eq!(history.now(), &Route::Dashboard);
    }
}
